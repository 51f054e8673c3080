/**
 * The gateway as its own process between real peers: Debian's Postfix as the upstream MX, Debian's
 * Dovecot as the pairs; and Debian's Chromium before the operators' page ({@link
 * org.holdfast.gateway.peers.OperatorsPageIT}). Start reading at {@link
 * org.holdfast.gateway.peers.HoldAndReleaseWithPostfixAndDovecotIT}.
 */
@NullMarked
package org.holdfast.gateway.peers;

import org.jspecify.annotations.NullMarked;
