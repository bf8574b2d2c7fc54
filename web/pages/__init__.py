"""What pages share, whoever looks at them: what is missing, event streams, the styles as one file."""
