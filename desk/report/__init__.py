"""The weekly report: figures derived from what is stored, and the parts that carry them. Judges and answers nobody."""
