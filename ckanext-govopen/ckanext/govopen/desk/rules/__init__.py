"""分类分级规则: what may be opened, to whom, in which form. Pure: rules are data, the code knows no rule by name."""
