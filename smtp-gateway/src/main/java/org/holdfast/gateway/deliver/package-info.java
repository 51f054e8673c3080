@NullMarked
package org.holdfast.gateway.deliver;

import org.jspecify.annotations.NullMarked;
