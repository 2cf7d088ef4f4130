"""What a judged call looks like to a person: sentences, tables of Markdown, one picture."""
