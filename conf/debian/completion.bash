# Asked of the program itself, once for each shell that completes it.
eval "$(holdfast completion bash 2>/dev/null)"
