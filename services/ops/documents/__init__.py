"""What the desk tells: figures put together, with what an operator concludes from them. Pages, addresses and commands show the same."""
