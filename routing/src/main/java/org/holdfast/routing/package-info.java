@NullMarked
package org.holdfast.routing;

import org.jspecify.annotations.NullMarked;
