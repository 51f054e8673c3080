/** Whole gateways that release what they held. */
@NullMarked
package org.holdfast.gateway.release;

import org.jspecify.annotations.NullMarked;
