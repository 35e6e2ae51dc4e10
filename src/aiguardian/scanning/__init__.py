"""Files on a disk, cut up for the guards."""
