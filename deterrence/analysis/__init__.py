"""What is read off a solution: the verdicts on a game's claims."""
