/** The one narrow door to files. */
@NullMarked
package org.holdfast.holdqueue.disk;

import org.jspecify.annotations.NullMarked;
