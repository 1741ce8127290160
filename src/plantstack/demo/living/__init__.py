"""The simulated group, alive: what its machines, tablets and ERP say is published as time goes on."""
