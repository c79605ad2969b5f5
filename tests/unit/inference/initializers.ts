/** A constant of an ONNX file: its weights' place in the file. */
export interface InitializerSite {
  readonly name: string;
  /** `TensorProto.DataType`: 1 float32, 10 float16. */
  readonly dataType: number;
  readonly valueCount: number;
  readonly offset: number;
  readonly bytes: number;
}

interface Field {
  readonly field: number;
  /** Of varints. */
  readonly value: number;
  /** Of length-delimited fields. */
  readonly from: number;
  readonly to: number;
}

/** Finds the raw weights in an ONNX file; field numbers are those of the ONNX schema. */
export function findInitializers(file: Uint8Array): readonly InitializerSite[] {
  const sites: InitializerSite[] = [];
  for (const graph of fieldsOf(file, 0, file.length, 7)) {
    for (const tensor of fieldsOf(file, graph.from, graph.to, 5)) {
      const [raw] = fieldsOf(file, tensor.from, tensor.to, 9);
      const [name] = fieldsOf(file, tensor.from, tensor.to, 8);
      const [type] = fieldsOf(file, tensor.from, tensor.to, 2);
      if (!raw || !name || !type) continue;
      const bytes = raw.to - raw.from;
      sites.push({
        name: new TextDecoder().decode(file.subarray(name.from, name.to)),
        dataType: type.value,
        valueCount: bytes / (type.value === 10 ? 2 : 4),
        offset: raw.from,
        bytes,
      });
    }
  }
  return sites;
}

function fieldsOf(file: Uint8Array, from: number, to: number, wanted: number): readonly Field[] {
  const found: Field[] = [];
  let at = from;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = file[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < to) {
    const tag = varint();
    const [field, wire] = [tag >> 3, tag & 7];
    let value = 0;
    if (wire === 0) value = varint();
    const length = wire === 2 ? varint() : wire === 5 ? 4 : wire === 1 ? 8 : 0;
    if (field === wanted) found.push({ field, value, from: at, to: at + length });
    at += length;
  }
  return found;
}
