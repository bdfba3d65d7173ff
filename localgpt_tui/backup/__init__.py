"""Everything we keep, in one file to take along; back again; or gone."""
