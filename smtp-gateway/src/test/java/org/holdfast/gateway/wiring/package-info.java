/** The parts put together, on disks that fail. */
@NullMarked
package org.holdfast.gateway.wiring;

import org.jspecify.annotations.NullMarked;
