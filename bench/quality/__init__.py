"""Quality without opinions: scenarios graded by the rows that they leave, and models that are faulty on purpose."""
