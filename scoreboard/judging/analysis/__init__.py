"""What organisers are told of a result: how sure it is, what it hangs by, what to ask, and why one is above another."""
