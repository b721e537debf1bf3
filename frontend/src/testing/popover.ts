/** jsdom has no popovers: this marks an open one with the attribute `data-open`. */
export function stubPopover(): void {
  HTMLElement.prototype.togglePopover = function toggle(this: HTMLElement, options) {
    const force = typeof options === 'object' ? options.force : options
    return this.toggleAttribute('data-open', force)
  }
}
