/** A view of the log in SQL, for order, look-up and totals; can be thrown away. */
@NullMarked
package org.holdfast.holdqueue.index;

import org.jspecify.annotations.NullMarked;
