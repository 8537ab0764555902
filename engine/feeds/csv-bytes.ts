export const CHUNK = 1 << 18;

/** Size of the buffers that a file is read into; one byte of room stays for the line end that the last line may lack. */
export const BUFFER_BYTES = CHUNK + 1;

export const isLineEnd = (byte: number | undefined): boolean => byte === 10 || byte === 13;
