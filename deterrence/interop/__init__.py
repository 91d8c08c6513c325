"""What other programs and people hand over: assessments in files."""
