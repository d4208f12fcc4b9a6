// The module's memory: lengths and texts, written and read as src/wire.rs describes them.

/** No message that JavaScript keeps fields of has more texts. */
export const MOST_TEXTS = 256;

/** How many octets of texts there is always room for. */
const ROOM = 16_384;

/** The two buffers of an instance. */
export class Wire {
  #wasm;
  #bytes = Buffer.alloc(0);
  #view;
  #start;
  #size = 0;

  constructor(wasm) {
    this.#wasm = wasm;
    this.#room(4 * MOST_TEXTS + ROOM);
  }

  #room(size) {
    if (size > this.#size) {
      this.#start = this.#wasm.input(size);
      this.#size = size;
    }
    this.#look();
  }

  /** Views of the memory; they are empty once it has grown. */
  #look() {
    if (this.#bytes.length === 0) {
      this.#bytes = Buffer.from(this.#wasm.memory.buffer);
      this.#view = new DataView(this.#bytes.buffer);
    }
  }

  /** Writes the length of the text that has this index. */
  length(index, length) {
    this.#look();
    this.#view.setUint32(this.#start + 4 * index, length, true);
  }

  /** Writes texts behind `count` lengths. Returns the size of all. */
  texts(count, text, encoding = 'utf8') {
    const at = 4 * count;
    // A UTF-16 unit takes three bytes in UTF-8, at most.
    this.#room(at + 3 * text.length);
    const start = this.#start + at;
    const most = 3 * text.length;
    return (
      at +
      (encoding === 'utf8'
        ? this.#bytes.utf8Write(text, start, most)
        : this.#bytes.latin1Write(text, start, most))
    );
  }

  /** Writes a text behind the lengths of a message that is not finished, and says where. */
  aside(text) {
    this.#look();
    const at = 4 * MOST_TEXTS;
    return { at, size: this.#bytes.utf8Write(text, this.#start + at, ROOM) };
  }

  /** Writes texts, and the lengths of them before. */
  list(texts, encoding) {
    this.#room(4 * texts.length);
    for (let index = 0; index < texts.length; index += 1) this.length(index, texts[index].length);
    return this.texts(texts.length, texts.join(''), encoding);
  }

  /** Writes bytes. */
  bytes(bytes) {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#start);
    return bytes.length;
  }

  /** Reads the answer: `numbers` numbers, the first of which is the size of all texts. */
  answer(numbers) {
    this.#look();
    return new Answer(this.#bytes, this.#view, this.#wasm.output(), numbers);
  }
}

/** Numbers, then texts whose lengths come first. */
class Answer {
  #bytes;
  #view;
  #start;
  #at;
  #text = '';
  #from = 0;

  constructor(bytes, view, start, numbers) {
    this.#bytes = bytes;
    this.#view = view;
    this.#start = start;
    this.#at = start + 4 * numbers;
  }

  number(index) {
    return this.#view.getUint32(this.#start + 4 * index, true);
  }

  /** Makes `count` texts ready to be read. */
  texts(count, encoding) {
    const size = this.number(0);
    const start = this.#at + 4 * count;
    let units = 0;
    for (let at = this.#at; at < start; at += 4) units += this.#view.getUint32(at, true);
    // As many units as bytes: ASCII, which is read fastest as Latin 1.
    this.#text =
      encoding === 'latin1' || units === size
        ? this.#bytes.latin1Slice(start, start + size)
        : this.#bytes.utf8Slice(start, start + size);
  }

  text() {
    const from = this.#from;
    this.#from += this.#view.getUint32(this.#at, true);
    this.#at += 4;
    return this.#text.slice(from, this.#from);
  }
}
