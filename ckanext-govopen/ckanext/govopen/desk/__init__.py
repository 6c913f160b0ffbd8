"""The inner side: catalogue, rules, vault, review, publishing, agreements, supervision, audit."""
