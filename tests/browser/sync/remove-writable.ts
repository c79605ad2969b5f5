/* Imported before the worker's own code. */
Reflect.deleteProperty(FileSystemFileHandle.prototype, 'createWritable');
