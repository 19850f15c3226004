"""How plans are made: precheck, trunk, last mile, return. The only room that imports solvers."""
