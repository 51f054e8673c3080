@NullMarked
package org.holdfast.gateway.wiring;

import org.jspecify.annotations.NullMarked;
