"""An example of a plug-in: the lookup type `asn` and the ACL condition `office_hours`."""
