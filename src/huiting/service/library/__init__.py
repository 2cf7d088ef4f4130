"""What a team writes for itself, in versions: checked before it is kept, in force when published."""
