// Where on the picture one looks, and how near.

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export class Camera {
  /** The point of the picture at the middle of the view, and pixels for each of its units. */
  x = 0;
  y = 0;
  zoom = 1;
  width = 1;
  height = 1;

  toView(x: number, y: number): [number, number] {
    return [(x - this.x) * this.zoom + this.width / 2, (y - this.y) * this.zoom + this.height / 2];
  }

  toPicture(x: number, y: number): [number, number] {
    return [(x - this.width / 2) / this.zoom + this.x, (y - this.height / 2) / this.zoom + this.y];
  }

  /** Nearer or farther, with the point below (x, y) of the view staying there. */
  zoomAt(x: number, y: number, factor: number): void {
    const [px, py] = this.toPicture(x, y);
    this.zoom = Math.min(2.5, Math.max(0.015, this.zoom * factor));
    this.x = px - (x - this.width / 2) / this.zoom;
    this.y = py - (y - this.height / 2) / this.zoom;
  }

  pan(dx: number, dy: number): void {
    this.x -= dx / this.zoom;
    this.y -= dy / this.zoom;
  }

  seen(): Box {
    const [left, top] = this.toPicture(0, 0);
    const [right, bottom] = this.toPicture(this.width, this.height);
    return { left, top, right, bottom };
  }

  /** The camera that shows all of a box, no nearer than `nearest`. */
  fitting(box: Box, nearest = 1): { x: number; y: number; zoom: number } {
    const margin = Math.min(48, this.width * 0.05);
    const zoom = Math.min((this.width - 2 * margin) / (box.right - box.left || 1), (this.height - 2 * margin) / (box.bottom - box.top || 1), nearest);
    return { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2, zoom: Math.max(0.015, zoom) };
  }
}
