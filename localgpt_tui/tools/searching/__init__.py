"""Who can search the web: one service a module, all with the same answer."""
