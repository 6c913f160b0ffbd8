// Unpack the packaged browser into TMPDIR and print where it lies.
import chromium from "@sparticuz/chromium";
console.log(await chromium.executablePath());
