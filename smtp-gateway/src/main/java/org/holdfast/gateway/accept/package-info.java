@NullMarked
package org.holdfast.gateway.accept;

import org.jspecify.annotations.NullMarked;
