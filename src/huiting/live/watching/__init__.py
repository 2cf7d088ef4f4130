"""What notices things during a live call: each module makes one `Watcher`."""
