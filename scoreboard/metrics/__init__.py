"""What is measured, for those who look after the server: in Prometheus' format, on a private address of its own."""
