"""What keeps a plant from losing data, or trust, looked up before it does."""
