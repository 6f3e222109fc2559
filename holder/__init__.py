"""What a key holder runs at home, offline. Its commands come later."""
