"""The ground of the API: keys, rights, errors, limits and pages, whatever the resource."""
