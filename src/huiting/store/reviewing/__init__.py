"""What reviewers do, kept: plans, the items of the queue, appeals, and who agrees with whom."""
