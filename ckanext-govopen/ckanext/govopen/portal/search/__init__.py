"""Search that reads Chinese: what Solr is given and what it is asked."""
