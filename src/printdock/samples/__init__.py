"""Sample data in a shop: printdock's own designs and base images, to look around with, and gone again without a trace."""
