/**
 * Who somebody is, by a password (RFC 4422): the server's side of PLAIN and SCRAM-SHA-256, and what
 * is kept instead of passwords. Knows no socket and no other room. {@code docs/tls.md}.
 */
@NullMarked
package org.holdfast.gateway.sasl;

import org.jspecify.annotations.NullMarked;
