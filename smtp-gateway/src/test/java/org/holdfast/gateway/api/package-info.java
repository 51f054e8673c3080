/** The whole API from outside, at a whole gateway: what it answers is what it says it answers. */
@NullMarked
package org.holdfast.gateway.api;

import org.jspecify.annotations.NullMarked;
