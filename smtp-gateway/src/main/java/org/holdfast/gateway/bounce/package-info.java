@NullMarked
package org.holdfast.gateway.bounce;

import org.jspecify.annotations.NullMarked;
