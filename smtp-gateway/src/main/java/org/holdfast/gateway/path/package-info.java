@NullMarked
package org.holdfast.gateway.path;

import org.jspecify.annotations.NullMarked;
