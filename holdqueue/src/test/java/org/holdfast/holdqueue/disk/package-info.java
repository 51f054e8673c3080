@NullMarked
package org.holdfast.holdqueue.disk;

import org.jspecify.annotations.NullMarked;
