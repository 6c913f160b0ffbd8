"""The chained record of every act."""
