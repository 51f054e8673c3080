@NullMarked
package org.holdfast.holdqueue.index;

import org.jspecify.annotations.NullMarked;
