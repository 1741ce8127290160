"""MTConnect: what an agent observed, by its own sequence, so that nothing is lost or told twice."""
