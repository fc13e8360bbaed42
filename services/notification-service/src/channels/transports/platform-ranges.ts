/**
 * Ranges that IANA lists as public, but that a cloud answers only from inside: its metadata, DNS and API endpoints. What a
 * service may reach there depends on the machine that it runs on, so a URL that a person chooses must not lead there.
 */
export const platformRanges: readonly string[] = [
  // Azure: the wire server, DHCP and DNS of the platform (Microsoft Learn, "What is IP address 168.63.129.16?").
  '168.63.129.16/32',
  // Google Cloud: private and restricted access to its APIs, and the senders of Cloud DNS (VPC and Cloud DNS documentation).
  '199.36.153.4/30',
  '199.36.153.8/30',
  '34.126.0.0/18',
  '35.199.192.0/19',
  '2600:2d00:2:1000::/56',
  '2600:2d00:2:2000::/56',
  // IBM Cloud: the endpoints of its infrastructure and of its services (IBM Cloud Docs, "Service network").
  '161.26.0.0/16',
  '166.8.0.0/14',
  // Equinix Metal: the metadata service.
  '192.80.8.124/32',
];
