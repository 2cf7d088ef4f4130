"""Where somebody speaks: measured once for a recording, decided anew with every change of options."""
