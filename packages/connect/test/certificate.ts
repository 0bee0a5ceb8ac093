/** A certificate for 127.0.0.1 that nobody vouches for, for TLS servers of tests. Its key is public: it protects nothing. */

const cert = `-----BEGIN CERTIFICATE-----
MIIBozCCAUmgAwIBAgIUadAbASwb2k+BWM1YynLzTb5VhzMwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNbWlsbHJhY2UgdGVzdDAgFw0yNjExMzAxODIzMDZaGA8yMTI2
MTEwNjE4MjMwNlowGDEWMBQGA1UEAwwNbWlsbHJhY2UgdGVzdDBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABGNiaV3WmRe3UUCk7aDmxp2xIwPrgiUmHvCrztUpoLCK
B1+oAIwG5KkZtCUFHzSj2aqY2gz4Mk4CAXl9u6WbSD2jbzBtMB0GA1UdDgQWBBR+
ZxiVqXi63N03fepDW8tM6MzFjjAfBgNVHSMEGDAWgBR+ZxiVqXi63N03fepDW8tM
6MzFjjAPBgNVHRMBAf8EBTADAQH/MBoGA1UdEQQTMBGHBH8AAAGCCWxvY2FsaG9z
dDAKBggqhkjOPQQDAgNIADBFAiBba04UXKuy+qH05KGMZS8VZpntMX1lLp8evS9r
O+fzqQIhAP5nXJXi1kouIascAwcteGoKiTnVW5d1ALt+dG0qro8z
-----END CERTIFICATE-----
`

const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgyyppPg1fg8hkvnGU
UMpDk+EmB6iQJvsfJ5Uh0VeFz7uhRANCAARjYmld1pkXt1FApO2g5sadsSMD64Il
Jh7wq87VKaCwigdfqACMBuSpGbQlBR80o9mqmNoM+DJOAgF5fbulm0g9
-----END PRIVATE KEY-----
`

/** Key and certificate in PEM. */
export function certificate(): { readonly key: string; readonly cert: string } {
  return { key, cert }
}
