"""An edge: it reads what is connected into a log of its own and tells a server that is far away."""
