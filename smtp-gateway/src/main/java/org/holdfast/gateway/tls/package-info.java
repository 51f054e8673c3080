/**
 * Certificates and keys: read from PEM files, checked, and read anew when they change. Knows no
 * mail protocol and no other room. {@code docs/tls.md}.
 */
@NullMarked
package org.holdfast.gateway.tls;

import org.jspecify.annotations.NullMarked;
