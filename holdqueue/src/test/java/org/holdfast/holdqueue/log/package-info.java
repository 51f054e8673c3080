@NullMarked
package org.holdfast.holdqueue.log;

import org.jspecify.annotations.NullMarked;
