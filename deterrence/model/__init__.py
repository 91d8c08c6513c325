"""What is played: games and their parts, game files, the extensive form."""
