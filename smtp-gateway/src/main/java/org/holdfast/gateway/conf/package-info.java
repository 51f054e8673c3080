@NullMarked
package org.holdfast.gateway.conf;

import org.jspecify.annotations.NullMarked;
